export { runDoctor, type DoctorParts } from './doctor.ts';
export { makeSupportBundle } from './support-bundle.ts';
