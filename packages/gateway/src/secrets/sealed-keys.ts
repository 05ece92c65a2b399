import type { KeptTexts } from '../keep/texts.ts'
import { type Keyring, type Opened, sealedWith } from './keyring.ts'

/** The keys of providers that are kept beside the books, each sealed. */
export interface SealedKeys {
  /** Keep a key for a provider, in place of what it had. @throws Error when somebody else changes it at the same moment. */
  set(provider: string, key: string): Promise<'set' | 'replaced'>
  /** Which there are, and whether they can be opened here; never what is in them. */
  list(): Promise<readonly SealedKey[]>
  /** What is in them, by provider. */
  open(): Promise<ReadonlyMap<string, Opened>>
  /** Seal all that can be opened with the newest key. */
  reseal(): Promise<readonly Resealed[]>
  /** @returns whether there was one. */
  remove(provider: string): Promise<boolean>
}

export interface SealedKey {
  readonly provider: string
  /** The id of the key that it was sealed with. */
  readonly sealedWith: string
  readonly status: Opened['status']
}

export interface Resealed {
  readonly provider: string
  /** `current`: it was sealed with the newest key already. `overtaken`: somebody has changed it meanwhile. */
  readonly status: 'resealed' | 'current' | 'overtaken' | Exclude<Opened['status'], 'open'>
}

const KIND = 'provider_key'

export function sealedKeys(texts: KeptTexts, ring: Keyring, org: string): SealedKeys {
  const placeOf = (name: string) => ({ org, name })

  async function resealed(name: string, sealed: string): Promise<Resealed['status']> {
    if (sealedWith(sealed) === ring.current) return 'current'
    const opened = ring.open(sealed, placeOf(name))
    if (opened.status !== 'open') return opened.status
    const kept = await texts.replace(KIND, name, ring.seal(opened.text, placeOf(name)), sealed)
    return kept ? 'resealed' : 'overtaken'
  }

  return {
    async set(provider, key) {
      const before = (await texts.list(KIND)).get(provider)
      if (!(await texts.replace(KIND, provider, ring.seal(key, placeOf(provider)), before)))
        throw new Error(`the key of ${provider} was changed by somebody else just now: look, and try again`)
      return before === undefined ? 'set' : 'replaced'
    },
    async list() {
      return [...(await texts.list(KIND))].map(([provider, sealed]) => ({
        provider,
        sealedWith: sealedWith(sealed) ?? '?',
        status: ring.open(sealed, placeOf(provider)).status,
      }))
    },
    async open() {
      const entries = [...(await texts.list(KIND))]
      return new Map(entries.map(([name, sealed]) => [name, ring.open(sealed, placeOf(name))]))
    },
    async reseal() {
      const done: Resealed[] = []
      for (const [provider, sealed] of await texts.list(KIND))
        done.push({ provider, status: await resealed(provider, sealed) })
      return done
    },
    remove: (provider) => texts.remove(KIND, provider),
  }
}
