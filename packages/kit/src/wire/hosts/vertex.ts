import type { Edits } from '../format.ts'
import { readError } from '../gemini/errors.ts'
import type { HostedCall, Hosting } from '../hosting.ts'
import type { Provider } from '../provider.ts'
import { anthropicError } from './anthropic-error.ts'
import { bearer } from './bearer.ts'
import { vertexPassing } from './vertex-passing.ts'

export interface VertexProviderOptions {
  readonly name?: string
  readonly project: string
  /** A region, `global`, or one of the multi-regions `us` and `eu`. */
  readonly location?: string
  /** Access tokens; `googleToken()` asks Google for them. */
  readonly token: () => string | Promise<string>
  /** Where the API is, when not at Google's own address for the location. */
  readonly baseUrl?: string
}

/** What the body of a request to Claude says on Vertex AI, in place of a header: https://docs.claude.com/en/api/claude-on-vertex-ai */
const ANTHROPIC_VERSION = 'vertex-2023-10-16'

const CLAUDE = /^claude-/

/**
 * Vertex AI: Gemini in its own dialect, and Claude in Anthropic's, with the model in the path and out of the body.
 *
 * Sources: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference ·
 * https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude
 *
 * @example
 * const vertex = vertexProvider({ project: 'acme', location: 'global', token: googleToken() })
 */
export function vertexProvider({
  name = 'vertex',
  project,
  location = 'global',
  token,
  baseUrl = addressOf(location),
}: VertexProviderOptions): Provider {
  const origin = baseUrl.replace(/\/+$/, '')
  const place = `${origin}/v1/projects/${project}/locations/${location}/publishers`
  const authorize = bearer(name, token)
  const error = anthropicError(readError)
  const claude: Hosting = { authorize, path: claudePath, fields: claudeFields, error }
  return {
    name,
    dialect: 'gemini',
    baseUrl: `${place}/google`,
    endpoints: ['generate', 'count'],
    priceAs: 'google',
    hosting: { authorize, passing: vertexPassing({ origin, project, location }) },
    apart: [
      {
        models: CLAUDE,
        as: {
          dialect: 'anthropic',
          baseUrl: `${place}/anthropic`,
          endpoints: ['messages', 'count_tokens'],
          hosting: claude,
        },
      },
    ],
  }
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations */
function addressOf(location: string): string {
  if (location === 'global') return 'https://aiplatform.googleapis.com'
  if (location === 'us' || location === 'eu') return `https://aiplatform.${location}.rep.googleapis.com`
  return `https://${location}-aiplatform.googleapis.com`
}

function claudePath({ endpoint, model, stream }: HostedCall): string {
  if (endpoint === 'count_tokens') return '/models/count-tokens:rawPredict'
  return `/models/${encodeURIComponent(model)}:${stream ? 'streamRawPredict' : 'rawPredict'}`
}

/** A count names its model in the body all the same. */
function claudeFields({ endpoint }: HostedCall): Edits {
  const version = { anthropic_version: ANTHROPIC_VERSION }
  return endpoint === 'count_tokens' ? version : { ...version, model: undefined }
}
