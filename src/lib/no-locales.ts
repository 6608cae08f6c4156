/**
 * Stands in for zod's messages in 64 languages when the Worker is built (`[alias]` in wrangler.toml): we write our own,
 * in one, and the bundle is a budget. What looks for a language here finds none.
 */
export {}
