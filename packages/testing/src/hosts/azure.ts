import type { Asked, Speaker } from '../dialect.ts'
import { isObject } from '../dialect.ts'
import { invalidApiKey, invalidRequest, unknownUrl } from '../openai/errors.ts'
import { openai } from '../openai/index.ts'

const DEPLOYMENT = /\/openai\/deployments\/([^/]+)(\/[^?]+)/

/** Azure OpenAI's paths: the dated API, whose version is required, and the `v1` API, which has none. */
export const AZURE_PATH: RegExp = /\/openai\/(?:deployments\/|v1\/|responses(?:\?|$))/

/**
 * OpenAI's dialect as Azure hosts it: a key in a header of its own, or a token of Entra ID's, and deployments, which have the
 * names of their models here. https://learn.microsoft.com/azure/ai-foundry/openai/reference
 */
export const azure: Speaker = {
  ...openai,
  plan(asked) {
    const { apiKey, entry } = asked
    const { 'api-key': key, authorization } = entry.headers
    if (apiKey !== undefined && (key ?? authorization?.replace(/^Bearer /, '')) !== apiKey)
      return invalidApiKey
    const [path = '', query = ''] = entry.path.split('?', 2)
    const isV1 = path.includes('/openai/v1/')
    const version = new URLSearchParams(query).get('api-version')
    if (!isV1 && version === null) return unknownUrl(entry.method, path)
    const [, deployment, endpoint] = DEPLOYMENT.exec(path) ?? []
    const { body } = entry
    if (deployment === undefined || !isObject(body)) return openai.plan(spoken(asked, path, body))
    const model = decodeURIComponent(deployment)
    if (body.model !== undefined && body.model !== model) {
      return invalidRequest('The model in the body is not the one of the deployment.', 'model')
    }
    return openai.plan(spoken(asked, `/v1${endpoint}`, { ...body, model }))
  },
}

/** The request as OpenAI itself would get it: whoever may call has been looked at. */
function spoken(asked: Asked, path: string, body: unknown): Asked {
  return { ...asked, apiKey: undefined, entry: { ...asked.entry, path, body } }
}
