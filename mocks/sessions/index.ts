export { address, HEADER, isControl, PREFIX, withoutPrefix, type Addressed, type Unaddressed } from './address.js';
export { beginningOf, readReplay, replay, situationOf, usable, writeReplay, type Situation } from './replay.js';
export { openSessions } from './sessions.js';
export { SessionError, type CrewPlace, type NewSession, type SessionInfo, type Sessions, type SessionsOptions } from './types.js';
export { findSnapshot, goingOnFrom, listSnapshots, recordsOf, restoreSnapshot, takeSnapshot, type Snapshot } from './snapshots.js';
export { DEFAULT, type Server, type World } from './world.js';
