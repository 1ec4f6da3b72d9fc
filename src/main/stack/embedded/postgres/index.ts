export {
  EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  type EmbeddedPostgresState,
} from './embedded-postgres.ts';
export { ownerName } from './create-cluster.ts';
