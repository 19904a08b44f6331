mod core_live;
mod core_naive;
mod core_properties;
mod core_speed;
mod core_transcript;
mod core_view;
