export type { ImprovDeviceInfo, ImprovNetworkState, ImprovState, WifiNetwork } from './improv-answers.ts';
export { ImprovClient, type ImprovLine, type ImprovTimes } from './improv-client.ts';
export { improvFactsOf, joinByImprov, withImprov, type ImprovLineOpener } from './improv-session.ts';
export { ImprovDecoder, type ImprovPacket } from './improv-codec.ts';
