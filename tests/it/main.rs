mod core_live;
mod core_speed;
mod core_transcript;
