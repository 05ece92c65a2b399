import type { HostPassing, OpenPaths } from '../hosting.ts'

const LOOKED_AT = ['GET', 'HEAD', 'DELETE']

/**
 * What of Vertex AI is open. Its tokens are good for all of Google Cloud that the operator may do, so jobs that run code,
 * endpoints that are rented by the hour, and everything of another project stay closed.
 *
 * Sources: https://cloud.google.com/vertex-ai/docs/reference/rest · batches are billed by their requests
 * (https://cloud.google.com/vertex-ai/generative-ai/pricing), tuning by its tokens, a cache by how long it stands, and none
 * of them for being looked at.
 */
const OPEN: readonly OpenPaths[] = [
  { methods: LOOKED_AT, paths: /^\/(?:batchPredictionJobs|cachedContents)(?:\/[^/:]+)?$/, free: true },
  { methods: ['GET', 'HEAD'], paths: /^\/tuningJobs(?:\/[^/:]+)?$/, free: true },
  { methods: ['POST'], paths: /^\/(?:batchPredictionJobs|tuningJobs)\/[^/:]+:cancel$/, free: true },
  { methods: ['POST'], paths: /^\/publishers\/google\/models\/[^/:]+:fetchPredictOperation$/, free: true },
  { methods: ['POST'], paths: /^\/(?:batchPredictionJobs|tuningJobs|cachedContents)$/ },
  { methods: ['PATCH'], paths: /^\/cachedContents\/[^/:]+$/ },
  { methods: ['POST'], paths: /^\/publishers\/google\/models\/[^/:]+:predict(?:LongRunning)?$/ },
]

export interface VertexPlace {
  /** `https://europe-west4-aiplatform.googleapis.com`. */
  readonly origin: string
  readonly project: string
  readonly location: string
}

/** What Vertex AI is asked besides calls of models, in one project at one location: whatever names another is closed. */
export function vertexPassing({ origin, project, location }: VertexPlace): HostPassing {
  const place = `/projects/${project}/locations/${location}`
  const nameOf = (path: string) => {
    const plain = path.replace(VERSION, '')
    return plain.startsWith(`${place}/`) ? plain.slice(place.length) : plain
  }
  return {
    open: OPEN,
    nameOf,
    // What is new stands in the beta, which Google's own client calls as a rule.
    address: ({ path, name, query }) => ({
      baseUrl: `${origin}${VERSION.exec(path)?.[0] ?? '/v1'}${place}`,
      path: name + query,
    }),
  }
}

const VERSION = /^\/v1(?:beta1)?(?=\/)/
