export type { Dialect } from '../core/dialect.ts'
export type { Call } from './call.ts'
export type { Endpoint } from './endpoint.ts'
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
