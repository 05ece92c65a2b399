/** What model names are made of, but for the slash, which separates one name from another provider's. */
const NAME = /^[A-Za-z0-9._:/@+-]*$/

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
  // A wildcard stands for no slash: what is between slashes matches by itself.
  const segments = pattern.split('/').map((segment) => segment.split('*'))
  return (model) => {
    if (!NAME.test(model) || (!tuned && model.startsWith(TUNED))) return false
    const given = model.split('/')
    return given.length === segments.length && segments.every((parts, at) => fits(parts, given[at]!))
  }
}

/**
 * Whether a text has these parts in their order, with anything between them. Each is looked for from where the one before it
 * ends, and never again: an expression would try every way to share a text among its wildcards, for as long as that takes.
 */
function fits([first = '', ...rest]: readonly string[], text: string): boolean {
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let end = first.length
  for (const part of rest) {
    const at = text.indexOf(part, end)
    if (at === -1) return false
    end = at + part.length
  }
  return text.length - last.length >= end && text.endsWith(last)
}
