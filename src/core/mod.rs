//! The broker, pure: it says what happens to messages, never when or at what cost.
//!
//! [`Broker::handle`] takes one [`Input`] with its time and appends all its [`Output`]s. Nothing in here knows a clock, randomness,
//! files, threads or floating point; the same inputs give the same outputs everywhere. The simulator drives it in virtual time; any
//! other driver can run it in real time.
//!
//! `broker` routes. `admitting` lets publishes in, `placing` puts copies into queues and discards them, `handing` gives them to
//! consumers and takes them back. They work on `queue`, `topic`, `line` and `groups`, `turns`, `door`, `timers` and `store`, each of
//! which is a structure that knows only itself. Beside the broker stand `feed`, which is read instead of delivered, and `view`, a
//! subscriber's picture of a resource.

mod admitting;
mod broker;
mod door;
mod feed;
mod groups;
mod handing;
mod input;
mod line;
mod message;
mod placing;
mod policy;
mod queue;
mod store;
mod timers;
mod topic;
mod turns;
mod view;

pub use broker::{Broker, Settings};
pub use feed::{Feed, Page, ReaderId};
pub use input::{Cause, Input, Output, Refusal};
pub use message::{ConsumerId, Delivery, DeliveryId, Destination, Message, PublisherId, QueueId, TopicId};
pub use policy::{Dispatch, Ordering, Overflow, Policy, Requeue, Selector};
pub use queue::Totals;
pub use store::COPY_OVERHEAD;
pub use view::{Applied, Guard, View};
