export { AccountStore, type SharedAccounts } from './account-store.ts';
export { CertificateAuthority } from './certificate-authority.ts';
export { EmbeddedBroker, type BrokerConfig } from './embedded-broker.ts';
export { isAny, localAddresses } from './local-addresses.ts';
export type { RetainedMessage, RetainedStore } from './retained-keeper.ts';
