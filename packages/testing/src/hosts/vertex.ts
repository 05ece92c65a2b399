import { invalid } from '../anthropic/errors.ts'
import { anthropic } from '../anthropic/index.ts'
import { type Asked, isObject, type Speaker } from '../dialect.ts'
import { gemini } from '../gemini/index.ts'

const GOOGLE = /\/v1\/projects\/[^/]+\/locations\/[^/]+\/publishers\/google\/models\/([^/:]+:[A-Za-z]+)/
const CLAUDE =
  /\/v1\/projects\/[^/]+\/locations\/[^/]+\/publishers\/anthropic\/models\/([^/:]+):(streamRawPredict|rawPredict)$/

const VERSION = 'vertex-2023-10-16'

function tokenOf({ entry }: Asked): string | undefined {
  return entry.headers.authorization?.replace(/^Bearer /, '')
}

const UNAUTHENTICATED = {
  status: 401,
  message: 'Request had invalid authentication credentials. Expected OAuth 2 access token.',
}

/** Vertex AI's paths. */
export const VERTEX_GOOGLE_PATH: RegExp = /\/publishers\/google\/models\//
export const VERTEX_CLAUDE_PATH: RegExp = /\/publishers\/anthropic\/models\//

/** Gemini on Vertex AI, by a bearer token: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference */
export const vertexGemini: Speaker = {
  ...gemini,
  plan(asked) {
    if (asked.apiKey !== undefined && tokenOf(asked) !== asked.apiKey) return UNAUTHENTICATED
    const [path = '', query = ''] = asked.entry.path.split('?', 2)
    const [, method] = GOOGLE.exec(path) ?? []
    if (method === undefined) return { status: 404, message: 'Not found.' }
    const entry = { ...asked.entry, path: `/v1beta/models/${method}?${query}` }
    return gemini.plan({ ...asked, apiKey: undefined, entry })
  },
}

/** Claude on Vertex AI: https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude */
export const vertexClaude: Speaker = {
  ...anthropic,
  plan(asked) {
    if (asked.apiKey !== undefined && tokenOf(asked) !== asked.apiKey) return UNAUTHENTICATED
    const { entry } = asked
    const [, model = '', method] = CLAUDE.exec(entry.path.split('?', 1)[0]!) ?? []
    if (method === undefined || !isObject(entry.body)) return invalid('Not found')
    const { anthropic_version: version, ...body } = entry.body
    if (version !== VERSION) return invalid('anthropic_version: Field required')
    const isCount = model === 'count-tokens'
    if (!isCount && body.model !== undefined) return invalid('model: Extra inputs are not permitted')
    if (!isCount && (body.stream === true) !== (method === 'streamRawPredict')) {
      return invalid('stream: not what the path says')
    }
    const named = isCount ? body : { ...body, model: decodeURIComponent(model).replace('@', '-') }
    return anthropic.plan({
      ...asked,
      apiKey: undefined,
      entry: {
        ...entry,
        path: isCount ? '/v1/messages/count_tokens' : '/v1/messages',
        headers: { ...entry.headers, 'anthropic-version': '2023-06-01' },
        body: named,
      },
    })
  },
}
