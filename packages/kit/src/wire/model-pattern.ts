/** Characters a wildcard stands for: what model names are made of. Never a slash, which would name another provider. */
const WILDCARD = '[A-Za-z0-9._:@+-]*'

/** https://platform.openai.com/docs/guides/fine-tuning names them so. */
const TUNED = 'ft:'

/**
 * A pattern over canonical model names: `*` alone matches every model, `*` inside a name matches any run of a name's
 * characters, everything else matches itself, in its own case. What is not matched is not allowed: a spelling that some
 * provider might read as another model opens nothing. A fine-tuned model (`ft:gpt-4o:acme:my-mini:id`) is as dear as the
 * one it was made from, and part of its name is its maker's choice: only a pattern that begins with `ft:` matches it, or `*`.
 *
 * @throws RangeError when the pattern is empty or has characters that no model name has.
 */
export function modelPattern(pattern: string): (model: string) => boolean {
  if (!/^[A-Za-z0-9._:/@+*-]{1,200}$/.test(pattern))
    throw new RangeError(`"${pattern}" is no pattern of model names`)
  if (pattern === '*') return () => true
  const tuned = pattern.startsWith(TUNED)
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.+]/g, '\\$&'))
    .join(WILDCARD)
  const regex = new RegExp(`^${source}$`)
  return (model) => regex.test(model) && (tuned || !model.startsWith(TUNED))
}
