export { SiteChecks } from './site-checks.ts';
