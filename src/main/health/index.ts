export { Fleet, placesOf, type Place } from './fleet.ts';
export { Health, type KnownPlaces } from './health.ts';
export { lookAt, type Look } from './look-at.ts';
export { loadThresholds } from './thresholds.ts';
