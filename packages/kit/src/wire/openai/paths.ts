import type { Endpoint } from '../call.ts'

/** Where each endpoint stands under a base URL that ends in the version segment. */
export const ENDPOINT_PATHS: Readonly<Record<Endpoint, string>> = {
  chat: '/chat/completions',
  completions: '/completions',
  embeddings: '/embeddings',
}
