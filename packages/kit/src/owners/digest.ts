import { createHash } from 'node:crypto'

/** What stands for an id at a provider: of one length, whatever a caller has written for an id. */
export function digestOf(provider: string, id: string): string {
  return createHash('sha256')
    .update(JSON.stringify([provider, id]))
    .digest('base64url')
}
