export { Backups } from './backup/index.ts';
export { AccountStore, CertificateAuthority, isAny, localAddresses } from './embedded/broker/index.ts';
export { EmbeddedStack, type StackTenant } from './embedded/embedded-stack.ts';
export { brokerHandlers, stackHandlers } from './stack.ts';
