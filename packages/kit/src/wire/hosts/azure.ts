import type { Endpoint } from '../endpoint.ts'
import type { HostedCall, Hosting } from '../hosting.ts'
import type { Provider } from '../provider.ts'
import { azurePassing } from './azure-passing.ts'
import { bearer } from './bearer.ts'

export interface AzureProviderOptions {
  readonly name?: string
  /** The resource: `https://my-resource.openai.azure.com`. */
  readonly baseUrl: string
  /** The resource's key; or a token of Entra ID's by `token`. */
  readonly apiKey?: string
  /** A bearer token of Entra ID's, asked for with every request: keep it between them. */
  readonly token?: () => string | Promise<string>
  /** The dated API, whose paths name the deployment, in this version; the `v1` API when absent. */
  readonly apiVersion?: string
  /** Which model stands behind a deployment: its price, and what it takes. */
  readonly deployments?: Readonly<Record<string, string>>
}

/** Endpoints whose deployment the dated API names in the path; of others the body names it. */
const BY_DEPLOYMENT: ReadonlySet<Endpoint> = new Set(['chat', 'completions', 'embeddings'])

/**
 * Azure OpenAI: OpenAI's dialect, below a resource of one's own, where models are called by the names of their deployments.
 *
 * Sources: https://learn.microsoft.com/azure/ai-foundry/openai/reference ·
 * https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
 *
 * @example
 * const azure = azureProvider({ baseUrl: 'https://acme.openai.azure.com', apiKey, deployments: { mini: 'gpt-4o-mini' } })
 * const routes = modelRoutes({ providers: [azure], routes: { 'gpt-4o-mini': ['azure/mini'] } })
 */
export function azureProvider({
  name = 'azure',
  baseUrl,
  apiKey,
  token,
  apiVersion,
  deployments = {},
}: AzureProviderOptions): Provider {
  const resource = baseUrl.replace(/\/+$/, '').replace(/\/openai(?:\/v1)?$/, '')
  const address = apiVersion === undefined ? `${resource}/openai/v1` : `${resource}/openai`
  const hosting: Hosting = {
    ...(apiVersion === undefined ? {} : { path: (call: HostedCall) => datedPath(call, apiVersion) }),
    authorize: token
      ? bearer(name, token)
      : ({ apiKey: key }) => (key === undefined ? {} : { 'api-key': key }),
    session: (model) => sessionPath(model, apiVersion),
    passing: azurePassing(address, apiVersion),
  }
  return {
    name,
    dialect: 'openai',
    baseUrl: address,
    ...(apiKey === undefined ? {} : { apiKey }),
    priceAs: 'azure',
    models: deployments,
    hosting,
    quirks: { conversations: apiVersion === undefined ? ['chat', 'responses'] : ['chat'] },
  }
}

function datedPath({ endpoint, model, path }: HostedCall, apiVersion: string): string {
  const version = `?api-version=${encodeURIComponent(apiVersion)}`
  return BY_DEPLOYMENT.has(endpoint)
    ? `/deployments/${encodeURIComponent(model)}${path}${version}`
    : `${path}${version}`
}

/** https://learn.microsoft.com/azure/ai-foundry/openai/how-to/realtime-audio-websockets */
function sessionPath(model: string, apiVersion: string | undefined): string {
  const asked = apiVersion === undefined ? { model } : { 'api-version': apiVersion, deployment: model }
  return `/realtime?${new URLSearchParams(asked)}`
}
