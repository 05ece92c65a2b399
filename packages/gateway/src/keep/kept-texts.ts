import type { StoreConfig } from '../config/index.ts'
import { sqliteTexts } from './sqlite-texts.ts'

/** What is kept beside the books: keys of providers, sealed; months that were closed. */
export type TextKind = 'provider_key' | 'closed_month'

/** Texts by name, kept beside the books of an org: few, and rarely changed. */
export interface KeptTexts {
  /** By name, ascending. */
  list(kind: TextKind): Promise<ReadonlyMap<string, string>>

  /**
   * Put a text where another one is, or none; only while that is still so.
   *
   * @param before what was read there; undefined: nothing.
   * @returns whether it is kept. If not, somebody else has been there first.
   */
  replace(kind: TextKind, name: string, text: string, before: string | undefined): Promise<boolean>

  /** @returns whether there was one. */
  remove(kind: TextKind, name: string): Promise<boolean>

  close(): Promise<void>
}

/** The texts of an org, in the store of its books, on a connection of their own. */
export async function keptTexts({ store, org }: Pick<StoreConfig, 'store' | 'org'>): Promise<KeptTexts> {
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
