export { importHar, type Imported, type ImportOptions } from './import.js';
export { judgeAnswer, type AnswerVerdict, type ViolationKind } from './judge.js';
export { DEFAULT_FILE } from './default-file.js';
export { startRecording, type LiveRecording, type RecordOptions } from './live.js';
export { createRecording, type Recorded, type RecordedViolation, type Recording, type RecordingSummary } from './recording.js';
