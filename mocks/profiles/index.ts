export { PROFILES, profileSchema, type ProfileName } from './names.js';
export { profile, profiledFailure, type Profiled, type ProfileInput } from './profile.js';
