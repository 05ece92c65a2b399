export type { Dialect } from '../core/dialect.ts'
export type { Call } from './call.ts'
export type { Endpoint } from './endpoint.ts'
export type { Format } from './format.ts'
export { CALL_PATHS, CALL_SUFFIXES, FORMATS } from './formats.ts'
export { type Carriage, FEATURES, type Feature } from './neutral/features.ts'
export { call, type ReceiveOptions, receiveCall } from './receive.ts'
export type { ReceivedCall } from './received-call.ts'
export {
  type Deployment,
  type ModelRoutesOptions,
  modelRoutes,
  type Provider,
  priceQuery,
  type Routes,
  route,
} from './routes.ts'
export { totalTokens, type Usage } from './usage.ts'
