import type { StoreConfig } from '../config/index.ts'
import { sqliteTexts } from './sqlite-texts.ts'
import type { KeptTexts } from './texts.ts'

/** The texts of an org, in the store of its books, on a connection of their own. */
async function keptTexts({ store, org }: Pick<StoreConfig, 'store' | 'org'>): Promise<KeptTexts> {
  if (store.kind === 'sqlite') return sqliteTexts(store.path, org)
  // Its client is loaded only where it is used.
  const { redisTexts } = await import('./redis-texts.ts')
  return redisTexts(store, org)
}

/** Do something with the texts of an org, and let go of them. */
export async function withTexts<T>(
  config: Pick<StoreConfig, 'store' | 'org'>,
  work: (texts: KeptTexts) => Promise<T>,
): Promise<T> {
  const texts = await keptTexts(config)
  try {
    return await work(texts)
  } finally {
    await texts.close()
  }
}
