import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Something that must be nowhere, by a name that may be. */
export interface Secret {
  readonly name: string
  readonly text: string
}

/**
 * The texts by which a secret would be found: as it is, percent-encoded, in JSON, in hexadecimal, and in base64, wherever in
 * what was encoded it stands.
 */
export function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const base64 = [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
    // The first and the last characters also depend on what stands beside it.
    return (['base64', 'base64url'] as const).map((form) =>
      encoded
        .subarray(0, encoded.length - (encoded.length % 3))
        .toString(form)
        .slice(before === 0 ? 0 : 4),
    )
  })
  return [
    ...new Set([
      ...[text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)],
      ...[bytes.toString('hex'), bytes.toString('hex').toUpperCase()],
      ...base64,
    ]),
  ]
}

/** The names of the secrets that are in some bytes, in whatever form. */
export function secretsIn(bytes: Buffer | string, secrets: readonly Secret[]): readonly string[] {
  const searched = Buffer.from(bytes as Buffer)
  return secrets
    .filter(({ text }) => formsOf(text).some((form) => searched.includes(form, 0, 'utf8')))
    .map(({ name }) => name)
}

/** Every file under a folder. */
export function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}

/** Which files of a folder hold which secrets. */
export function secretsUnder(folder: string, secrets: readonly Secret[]): readonly string[] {
  return filesUnder(folder).flatMap((path) =>
    secretsIn(readFileSync(path), secrets).map((name) => `${name} in ${path}`),
  )
}
