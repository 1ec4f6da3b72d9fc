export { AccountStore, CertificateAuthority } from './embedded/broker/index.ts';
export { EmbeddedStack, type StackTenant } from './embedded/embedded-stack.ts';
export { brokerHandlers, stackHandlers } from './stack.ts';
