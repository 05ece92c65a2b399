import { readError } from '../converse/errors.ts'
import type { Edits } from '../format.ts'
import type { HostedCall, Hosting } from '../hosting.ts'
import type { Provider } from '../provider.ts'
import { anthropicError } from './anthropic-error.ts'
import { awsEventsReader, framedAsEvents } from './aws-events.ts'
import { type AwsCredentialSource, awsDefaultCredentials, awsSigner } from './aws-signer.ts'
import { countedAnswer, countInput, countPath } from './bedrock-count.ts'
import { bedrockPassing } from './bedrock-passing.ts'

export interface BedrockProviderOptions {
  readonly name?: string
  /** `us-east-1`. */
  readonly region: string
  /** Keys, or whoever gets them; AWS's own default chain when absent. */
  readonly credentials?: AwsCredentialSource
  /** A key of Bedrock's own, sent as a bearer token in place of a signature. */
  readonly apiKey?: string
  /** Where the API is, when not at AWS's own address for the region. */
  readonly baseUrl?: string
  /**
   * Where jobs are made, which is another address. AWS's own for the region, unless `baseUrl` is stated: then nobody is
   * passed through to it before it is stated too.
   */
  readonly controlUrl?: string
  /** Which model stands behind an inference profile of one's own, by its name in routes. */
  readonly models?: Readonly<Record<string, string>>
}

/** What the body of a request to Claude says on Bedrock, in place of a header: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html */
const ANTHROPIC_VERSION = 'bedrock-2023-05-31'

/** `anthropic.claude-…`, with the regions of an inference profile before it, or as its makers call it. */
const CLAUDE = /^(?:[a-z-]+\.)?anthropic\.claude-|^claude-/

/**
 * Amazon Bedrock: Claude in Anthropic's own dialect (InvokeModel), every other model by Converse. Requests are signed, or
 * carry a key of Bedrock's; streams come as AWS's binary events, and are read as events. Packages that this needs are
 * optional peers: `@smithy/signature-v4`, `@aws-crypto/sha256-js`, `@smithy/eventstream-codec`, and without keys
 * `@aws-sdk/credential-provider-node`.
 *
 * Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html ·
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html ·
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html
 *
 * @throws Error when one of them is not installed.
 *
 * @example
 * const bedrock = bedrockProvider({ region: 'us-east-1' })
 * const routes = modelRoutes({ providers: [bedrock], routes: { nova: ['bedrock/us.amazon.nova-pro-v1:0'] } })
 */
export function bedrockProvider({
  name = 'bedrock',
  region,
  apiKey,
  credentials,
  baseUrl,
  controlUrl = baseUrl === undefined ? `https://bedrock.${region}.amazonaws.com` : undefined,
  models = {},
}: BedrockProviderOptions): Provider {
  const readerOf = awsEventsReader()
  const runtime = baseUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`
  const hosting: Hosting = {
    authorize:
      apiKey === undefined
        ? awsSigner({ provider: name, region, credentials: credentials ?? awsDefaultCredentials() })
        : ({ apiKey: key }) => ({ authorization: `Bearer ${key}` }),
    framed: (taker) => framedAsEvents(readerOf, taker),
    passing: bedrockPassing({ runtime, control: controlUrl, signed: apiKey === undefined }),
  }
  return {
    name,
    dialect: 'converse',
    baseUrl: runtime,
    endpoints: ['converse'],
    ...(apiKey === undefined ? {} : { apiKey }),
    priceAs: 'aws',
    models,
    hosting,
    apart: [
      {
        models: CLAUDE,
        as: {
          dialect: 'anthropic',
          endpoints: ['messages', 'count_tokens'],
          hosting: {
            ...hosting,
            path: claudePath,
            fields: claudeFields,
            error: anthropicError(readError),
            wrapped: (body, call) => (countsTokens(call) ? countInput(body) : body),
            framed: (taker, call) =>
              countsTokens(call) ? countedAnswer(taker) : framedAsEvents(readerOf, taker),
          },
        },
      },
    ],
  }
}

function countsTokens({ endpoint }: HostedCall): boolean {
  return endpoint === 'count_tokens'
}

function claudePath(call: HostedCall): string {
  const { model, stream } = call
  if (countsTokens(call)) return countPath(model)
  return `/model/${encodeURIComponent(model)}/${stream ? 'invoke-with-response-stream' : 'invoke'}`
}

/** The path says the model and whether the answer is a stream; betas that the client names in a header stand in the body. */
function claudeFields(call: HostedCall): Edits {
  const { headers } = call
  const betas = headers['anthropic-beta']
  const named = typeof betas === 'string' ? betas.split(',').map((beta) => beta.trim()) : []
  return {
    anthropic_version: ANTHROPIC_VERSION,
    ...(named.length > 0 ? { anthropic_beta: named } : {}),
    // What is counted is a whole request, in which Claude wants a cap; the count does not depend on it.
    ...(countsTokens(call) ? { max_tokens: 1 } : {}),
    model: undefined,
    stream: undefined,
  }
}
