/** The tier of whoever none is stated for, where there is one of this name. */
export const DEFAULT_TIER = 'default'
