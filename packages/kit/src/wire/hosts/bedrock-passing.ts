import type { HostPassing, OpenPaths } from '../hosting.ts'

const LOOKED_AT = ['GET', 'HEAD']

/**
 * What is asked where models are called: answers that are fetched later, and guardrails.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html
 */
const AT_RUNTIME: readonly OpenPaths[] = [
  { methods: LOOKED_AT, paths: /^\/async-invoke$/, free: true },
  { methods: ['POST'], paths: /^\/async-invoke$/ },
  { methods: ['POST'], paths: /^\/guardrail\/[^/]+\/version\/[^/]+\/apply$/ },
]

/**
 * What of the control plane is open: batches and customisation. What rents capacity by the hour, shares models or says where
 * logs go is the operator's. Prices are for tokens, training and the storage of models, and not for looking at a job:
 * https://aws.amazon.com/bedrock/pricing/
 *
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock.html
 */
const AT_CONTROL: readonly OpenPaths[] = [
  {
    methods: LOOKED_AT,
    paths:
      /^\/model-(?:invocation|customization)-jobs$|^\/model-(?:invocation-job|customization-jobs)\/[^/]+$/,
    free: true,
  },
  {
    methods: ['POST'],
    paths: /^\/model-(?:invocation-job|customization-jobs)\/[^/]+\/stop$/,
    free: true,
  },
  { methods: ['POST'], paths: /^\/(?:model-invocation-job|model-customization-jobs)$/ },
]

/** As much as a call of a model may weigh: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-invoke.html */
const HELD_BYTES = 20 * 1024 * 1024

export interface BedrockAddresses {
  readonly runtime: string
  /** Undefined where nobody has said where it is: nothing is passed through to it then. */
  readonly control: string | undefined
  /** Requests are signed, over their bodies. */
  readonly signed: boolean
}

/** What Bedrock is asked besides calls of models, at the two addresses that it has. */
export function bedrockPassing({ runtime, control, signed }: BedrockAddresses): HostPassing {
  const isAtRuntime = (name: string) => AT_RUNTIME.some(({ paths }) => paths.test(name))
  return {
    open: control === undefined ? AT_RUNTIME : [...AT_RUNTIME, ...AT_CONTROL],
    nameOf: (path) => path,
    address: ({ name, query }) => ({
      baseUrl: control === undefined || isAtRuntime(name) ? runtime : control,
      path: name + query,
    }),
    ...(signed && { heldBytes: HELD_BYTES }),
  }
}
