import type { Edits } from '../format.ts'
import type { HostedCall, Hosting } from '../hosting.ts'
import type { Provider } from '../provider.ts'
import { awsEventsReader, framedAsEvents } from './aws-events.ts'
import { type AwsCredentialSource, awsDefaultCredentials, awsSigner } from './aws-signer.ts'

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
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
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
  baseUrl = `https://bedrock-runtime.${region}.amazonaws.com`,
  models = {},
}: BedrockProviderOptions): Provider {
  const readerOf = awsEventsReader()
  const hosting: Hosting = {
    authorize:
      apiKey === undefined
        ? awsSigner({ provider: name, region, credentials: credentials ?? awsDefaultCredentials() })
        : ({ apiKey: key }) => ({ authorization: `Bearer ${key}` }),
    framed: (taker) => framedAsEvents(readerOf, taker),
  }
  return {
    name,
    dialect: 'converse',
    baseUrl,
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
          endpoints: ['messages'],
          hosting: { ...hosting, path: claudePath, fields: claudeFields },
        },
      },
    ],
  }
}

function claudePath({ model, stream }: HostedCall): string {
  return `/model/${encodeURIComponent(model)}/${stream ? 'invoke-with-response-stream' : 'invoke'}`
}

/** The path says the model and whether the answer is a stream; betas that the client names in a header stand in the body. */
function claudeFields({ headers }: HostedCall): Edits {
  const betas = headers['anthropic-beta']
  const named = typeof betas === 'string' ? betas.split(',').map((beta) => beta.trim()) : []
  return {
    anthropic_version: ANTHROPIC_VERSION,
    ...(named.length > 0 ? { anthropic_beta: named } : {}),
    model: undefined,
    stream: undefined,
  }
}
