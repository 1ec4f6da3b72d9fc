export { AccountStore, CertificateAuthority, isAny, localAddresses } from './embedded/broker/index.ts';
export { DockerStack } from './docker/docker-stack.ts';
export { StackSecrets } from './docker/project/index.ts';
export { StackDefinition } from './docker/stack-definition.ts';
export { EmbeddedStack } from './embedded/embedded-stack.ts';
export type { LocalStack, StackTenant } from './local-stack.ts';
export { StackSwitch } from './stack-switch.ts';
export { brokerHandlers, stackHandlers } from './stack.ts';
