//! The broker.
mod input;
mod message;
mod policy;
pub use input::{Cause, Input, Output, Refusal};
pub use message::{ConsumerId, Delivery, DeliveryId, Destination, Message, PublisherId, QueueId, TopicId};
pub use policy::{Dispatch, Ordering, Overflow, Policy, Requeue, Selector};
