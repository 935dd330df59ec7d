import { configSchema } from './config.ts';

const USAGE = `npm run central -- [--port N] [--data FOLDER] [--restored] [--help]

Starts the centre: on an embedded store in the data folder, or on the PostgreSQL of DATABASE_URL.

  --port N       port to listen on; 0 takes a free one
  --data FOLDER  folder of the embedded store and of the admin key
  --restored     the database was put back from a backup (docs/PROTOCOL.md)

Every option is read from the environment as COUNTERFOIL_ and its name in upper case, or under its name from the JSON
file of COUNTERFOIL_CONFIG; the environment wins, and --port and --data win over both (docs/CENTRE.md).
`;

export function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}

export function usage(): string {
  const defaults: Readonly<Record<string, unknown>> = configSchema.parse({});
  const names = Object.keys(configSchema.shape);
  const width = Math.max(...names.map((name) => name.length));
  const lines = Object.entries(configSchema.shape).map(([name, schema]) =>
    `  ${name.padEnd(width)}  ${[schema.description, defaultText(defaults[name])].filter(Boolean).join(' ')}`.trimEnd(),
  );
  return `${USAGE}\n${lines.join('\n')}`;
}

function defaultText(value: unknown): string | undefined {
  const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
  return text === '' ? undefined : `[${text}]`;
}
