const SIMULATED = 'simulated:'

/**
 * What a model signs its thoughts with, so that it knows them again when a client sends them back: base64, and the same for
 * the same thoughts. Nobody else's signature is taken, as with the real ones.
 */
export function sealOf(thoughts: string): string {
  return Buffer.from(`${SIMULATED}${thoughts}`).toString('base64')
}

export function isSealOf(seal: unknown, thoughts: string): boolean {
  return seal === sealOf(thoughts)
}

/** Whether it is a seal of this model's, whatever it stands for. */
export function isSeal(seal: unknown): boolean {
  return typeof seal === 'string' && Buffer.from(seal, 'base64').toString().startsWith(SIMULATED)
}
