//! One bound on the memory of all pictures that a process looks at.

use acredita_pictures::Header;
use std::sync::Arc;
use tokio::{sync::Semaphore, task};

const MIB: u64 = 1024 * 1024;
/// Enough for two photos of fifty megapixels, or eight of twelve. A progressive one of fifty takes all of it.
const BUDGET: u32 = 480;
/// The memory for looking at a picture, however small it is. A large one takes less than its decoding did.
const LOOKING: u64 = 12 * MIB;

/// The memory for pictures, in MiB. Everything in a process that looks at pictures shares one.
#[derive(Clone, Debug)]
pub struct PictureMemory(Arc<Semaphore>);

impl Default for PictureMemory {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BUDGET as usize)))
    }
}

impl PictureMemory {
    /// The complete budget.
    pub const BYTES: usize = BUDGET as usize * MIB as usize;

    /// Waits until there is room for a picture, and works on it off the caller's thread. Of several, which are decoded
    /// one after the other, the largest counts, and the pixels that are kept of the others. `None` only if a runtime is
    /// shutting down, or because of a bug of ours.
    pub(crate) async fn work_on<T: Send + 'static>(
        &self,
        pictures: &[Header],
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let room = Arc::clone(&self.0).acquire_many_owned(share(taken(pictures))).await.ok()?;
        let working = task::spawn_blocking(move || {
            // The room moves with the work: a caller that gives up does not make room for another while its picture is
            // still there.
            let _room = room;
            work()
        });
        working.await.ok()
    }
}

/// What is kept of a picture is a byte a pixel.
fn taken(pictures: &[Header]) -> u64 {
    let pixels = |header: &Header| u64::from(header.width) * u64::from(header.height);
    let kept: u64 = pictures.iter().map(pixels).sum();
    let with_others = |header: &Header| header.working_bytes + kept - pixels(header);
    pictures.iter().map(with_others).max().unwrap_or_default()
}

/// A picture that exceeds the budget is looked at alone.
fn share(working_bytes: u64) -> u32 {
    u32::try_from((working_bytes + LOOKING).div_ceil(MIB)).map_or(BUDGET, |share| share.min(BUDGET))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::Jpeg;
    use acredita_pictures::{Limits, inspect};

    fn header(jpeg: Jpeg) -> Header {
        inspect(&jpeg.that_says(10_000, 5_000), Limits::default()).expect("a header")
    }

    #[tokio::test]
    async fn a_picture_that_takes_much_memory_waits_until_it_is_alone() {
        let large = header(Jpeg { progressive: true, color: true, ..Jpeg::GREY });
        let memory = PictureMemory::default();
        assert_eq!(share(large.working_bytes), BUDGET);
        let held = memory.0.clone().acquire_owned().await.expect("room");
        let waiting = memory.clone();
        let looking = tokio::spawn(async move { waiting.work_on(&[large], || ()).await });
        tokio::task::yield_now().await;
        assert!(!looking.is_finished());
        drop(held);
        assert_eq!(looking.await.expect("no panic"), Some(()));
        assert_eq!(memory.0.available_permits(), BUDGET as usize, "all of it is given back");
    }

    #[tokio::test]
    async fn the_largest_of_several_pictures_counts_and_the_pixels_of_the_others() {
        let memory = PictureMemory::default();
        let large = header(Jpeg::GREY);
        let small = Header { working_bytes: 1, width: 2048, height: 1024, ..large };
        let free = memory.clone();
        let left = memory.work_on(&[small, large, small], move || free.0.available_permits()).await;
        assert_eq!(left, Some((BUDGET - share(large.working_bytes + 2 * 2048 * 1024)) as usize));
    }

    #[tokio::test]
    async fn a_panic_gives_the_room_back() {
        let memory = PictureMemory::default();
        assert_eq!(memory.work_on(&[header(Jpeg::GREY)], || panic!("a mistake of ours")).await, None::<()>);
        assert_eq!(memory.0.available_permits(), BUDGET as usize);
    }
}
