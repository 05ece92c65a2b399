export { type ProviderProxyOptions, providerProxy } from './provider-proxy.ts'
