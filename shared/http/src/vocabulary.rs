//! Schemas of the domain's vocabularies: the domain alone lists their names.

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// Declares the schema of an enum of the domain: its description, and its name in the published API.
#[macro_export]
macro_rules! schema_of_names {
    (#[doc = $description:literal] $body:ident as $name:literal: $names:ty) => {
        #[doc = $description]
        pub struct $body;

        impl utoipa::PartialSchema for $body {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::vocabulary::schema($description, <$names>::ALL.iter().map(|name| name.as_str()))
            }
        }

        impl utoipa::ToSchema for $body {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    };
}

pub fn schema(description: &str, names: impl Iterator<Item = &'static str>) -> RefOr<Schema> {
    let names = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
    RefOr::T(names.description(Some(description.trim())).into())
}
