// The API, asked with the token of whoever is signed in.

import { session, ended } from "./session.js";

/** @typedef {{code: string, title: string, ref: string, details: string}} Fault */

/** An answer that is no success, or none at all. */
export class Failure extends Error {
  /**
   * @param {number} status 0 where there was no answer
   * @param {Fault[]} faults
   * @param {{permission?: string, request?: string, retry?: string}} [more]
   */
  constructor(status, faults, more = {}) {
    super(`${status}`);
    this.status = status;
    this.faults = faults;
    /** The permission that was missing. */
    this.permission = more.permission;
    this.request = more.request;
    this.retry = more.retry;
  }
}

/** The address of the organisation's part of the API: it stands beside the page. */
export function base() {
  return new URL(`v1/orgs/${encodeURIComponent(session().org)}/`, document.baseURI);
}

/**
 * @typedef {{needs: string, body?: unknown, query?: Record<string, string | undefined>, headers?: Record<string, string>,
 *            signal?: AbortSignal}} Options
 */

/**
 * Asks for an operation. `needs` is its permission.
 * @param {string} method
 * @param {string} path
 * @param {Options} options
 * @returns {Promise<{data: any, etag: string | null}>}
 */
export async function ask(method, path, { needs, body, query = {}, headers = {}, signal }) {
  const url = new URL(path, base());
  for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
  const sent = new Headers({ accept: "application/json", authorization: `Bearer ${session().token}`, ...headers });
  if (body !== undefined) sent.set("content-type", "application/json");
  let response;
  try {
    response = await fetch(url, {
      method,
      signal,
      headers: sent,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure(0, []);
  }
  const text = await response.text();
  const data = read(text);
  if (response.ok) return { data, etag: response.headers.get("etag") };
  const challenge = response.headers.get("www-authenticate") ?? "";
  const missing = challenge.includes("insufficient_scope");
  if (response.status === 401 && !missing) ended();
  const more = {
    permission: missing ? needs : undefined,
    request: response.headers.get("x-request-id") ?? undefined,
    retry: response.headers.get("retry-after") ?? undefined,
  };
  throw new Failure(response.status, Array.isArray(data?.errors) ? data.errors : [], more);
}

/** @param {string} text */
function read(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** @param {string} path @param {Options} options */
export const get = async (path, options) => (await ask("GET", path, options)).data;

/** @param {string} path @param {Options} options */
export const post = async (path, options) => (await ask("POST", path, options)).data;
