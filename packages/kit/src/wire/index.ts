export type { Dialect } from '../core/dialect.ts'
export type { Call } from './call.ts'
export type { Endpoint } from './endpoint.ts'
export type { ClientFormat, Format } from './format.ts'
export { CALL_PATHS, CALL_SUFFIXES, FORMATS } from './formats.ts'
export type {
  AskedPath,
  Authorization,
  HostedCall,
  HostedRequest,
  Hosting,
  HostPassing,
  OpenPaths,
  PassedAddress,
} from './hosting.ts'
export { type AccessToken, type KeptTokenOptions, keptToken } from './hosts/access-token.ts'
export type { AwsCredentialSource, AwsCredentials } from './hosts/aws-signer.ts'
export { type AzureProviderOptions, azureProvider } from './hosts/azure.ts'
export { type BedrockProviderOptions, bedrockProvider } from './hosts/bedrock.ts'
export { type GoogleCredentials, googleToken } from './hosts/google-token.ts'
export { type VertexProviderOptions, vertexProvider } from './hosts/vertex.ts'
export type { LoadLimits } from './load-limits.ts'
export type { Media, Pictures, Recording, Speech, Verdicts } from './media.ts'
export { type Carriage, FEATURES, type Feature } from './neutral/features.ts'
export type { HttpProvider, Metered, PassedProvider } from './passage/http-provider.ts'
export type { Meter } from './passage/meter.ts'
export {
  type Passage,
  type Passages,
  type ProviderPassagesOptions,
  passage,
  providerPassages,
} from './passage/passages.ts'
export { type Preset, type PresetProviderOptions, presetProvider } from './presets/preset.ts'
export { PRESETS, presetAt, presetNamed } from './presets/table.ts'
export { deploymentAt, type ModelsApart } from './provider.ts'
export type { CapField, Quirks, UsageQuirks } from './quirks.ts'
export { call, receiveCall } from './receive.ts'
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
export { spokenBy } from './spoken-by.ts'
export { totalTokens, type Usage } from './usage.ts'
