//! A part that only some functions have.

use std::{any::type_name, ops::Deref, sync::Arc};

/// A port, in a function that names it. To use one that was not named is a mistake of the function and not of its caller:
/// it panics. All tests of the API run with the stores that each function names, and would show it.
pub struct Named<Port: ?Sized>(Option<Arc<Port>>);

impl<Port: ?Sized> Named<Port> {
    pub fn new(port: Arc<Port>) -> Self {
        Self(Some(port))
    }

    pub fn is_named(&self) -> bool {
        self.0.is_some()
    }
}

impl<Port: ?Sized> Deref for Named<Port> {
    type Target = Port;

    fn deref(&self) -> &Port {
        match &self.0 {
            Some(port) => port,
            None => panic!("this function does not name its {}", type_name::<Port>()),
        }
    }
}

impl<Port: ?Sized> Clone for Named<Port> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Port: ?Sized> Default for Named<Port> {
    fn default() -> Self {
        Self(None)
    }
}

#[cfg(test)]
mod tests {
    use super::Named;
    use crate::ports::Clock;

    #[test]
    #[should_panic(expected = "this function does not name its dyn acredita_domain::system::Clock")]
    fn what_is_not_named_cannot_be_used() {
        Named::<dyn Clock>::default().now();
    }
}
