export type { Call, Dialect, Endpoint, ReceivedCall } from './call.ts'
export { call, type ReceiveOptions, receiveCall } from './receive.ts'
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
