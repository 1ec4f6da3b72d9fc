export { AlertEngine } from './alert-engine.ts';
export { Alerts } from './alerts.ts';
export type { StackSigns } from './conditions.ts';
export { engineInput } from './engine-input.ts';
export { Notifications, type Words } from './notifications.ts';
