mod core_transcript;
