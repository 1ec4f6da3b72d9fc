export { importBundle, takeReceipt } from './import-bundle.ts';
export { syncRelations, type SyncRelation } from './relations.ts';
export { countUnsynced, runSync, type SyncSite } from './sync-run.ts';
export { Sync } from './sync.ts';
export { TargetSecrets } from './target-secrets.ts';
export { addTarget, markAllAgain, removeTarget, samePlace, targetNamed } from './targets.ts';
export { writeBundle } from './write-bundle.ts';
