import { Popover, TextInput } from '@mantine/core';
import { IconCalendar, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import classes from './day-field.module.css';
import { addMonths, dayText, firstWeekdayOf, isDay, readDay, weeksOf } from './day-text.ts';

type DayFieldProps = {
  readonly label: string;
  readonly description?: ReactNode;
  /** A day as `2026-11-24`; else what was typed and could not be read as one. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  readonly error?: ReactNode;
  readonly autoFocus?: boolean;
};

/**
 * A calendar day, typed or chosen. The field of the browser would speak the browser's language, not the one that the
 * person at the till chose.
 */
export function DayField({ label, description, value, onChange, onBlur, error, autoFocus }: DayFieldProps) {
  const { t } = useTranslation();
  const { locale } = useFormat();
  const [typed, setTyped] = useState<string>();
  const [open, setOpen] = useState(false);
  const shown = typed ?? (isDay(value) ? dayText(value, locale) : value);
  const isUnread = typed === undefined && value !== '' && !isDay(value);
  const example = dayText(`${new Date().getUTCFullYear()}-12-31`, locale);

  return (
    <TextInput
      label={label}
      description={description}
      value={shown}
      placeholder={example}
      inputMode="numeric"
      autoComplete="off"
      maxLength={20}
      autoFocus={autoFocus ?? false}
      error={error ?? (isUnread ? t('day.unread', { example }) : undefined)}
      onChange={({ currentTarget: { value: text } }) => {
        setTyped(text);
        onChange(readDay(text, locale) ?? text.trim());
      }}
      onBlur={() => {
        setTyped(undefined);
        onBlur?.();
      }}
      rightSectionWidth={48}
      rightSection={
        <Popover
          opened={open}
          onChange={setOpen}
          position="bottom-end"
          radius="lg"
          shadow="md"
          trapFocus
          returnFocus
        >
          <Popover.Target>
            <button
              type="button"
              className={classes.open}
              aria-label={t('day.choose')}
              onClick={() => setOpen(!open)}
            >
              <IconCalendar size={20} aria-hidden="true" />
            </button>
          </Popover.Target>
          <Popover.Dropdown aria-label={label} className={classes.dropdown}>
            <Month
              value={isDay(value) ? value : undefined}
              onChoose={(day) => {
                setTyped(undefined);
                onChange(day);
                setOpen(false);
              }}
            />
          </Popover.Dropdown>
        </Popover>
      }
    />
  );
}

const steps: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -7,
  ArrowDown: 7,
};
const DAY_MS = 86_400_000;

/** One month; the arrows go from day to day and on into the next one. */
function Month({ value, onChoose }: { value: string | undefined; onChoose: (day: string) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { locale } = format;
  const today = new Date().toISOString().slice(0, 10);
  const [at, setAt] = useState(value ?? today);
  const [moved, setMoved] = useState(0);
  const grid = useRef<HTMLTableElement>(null);
  const month = at.slice(0, 7);
  const title = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const firstWeekday = firstWeekdayOf(locale);
  const weekdays = Array.from({ length: 7 }, (_, i) => ((firstWeekday - 1 + i) % 7) + 1);

  useEffect(() => {
    if (moved > 0) grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [moved]);

  const turn = (by: number) => setAt(`${addMonths(month, by)}-01`);
  const onKeyDown = (event: KeyboardEvent) => {
    const isMirrored = document.documentElement.dir === 'rtl' && event.key.match(/Left|Right/) !== null;
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Date.parse(`${at}T00:00:00Z`) + step * (isMirrored ? -1 : 1) * DAY_MS;
    setAt(new Date(next).toISOString().slice(0, 10));
    setMoved((n) => n + 1);
  };

  return (
    <div className={classes.month}>
      <div className={classes.head}>
        <button type="button" className={classes.turn} aria-label={t('day.before')} onClick={() => turn(-1)}>
          <IconChevronLeft size={22} aria-hidden="true" />
        </button>
        <span className={classes.title} aria-live="polite">
          {title.format(Date.parse(`${month}-01T00:00:00Z`))}
        </span>
        <button type="button" className={classes.turn} aria-label={t('day.after')} onClick={() => turn(1)}>
          <IconChevronRight size={22} aria-hidden="true" />
        </button>
      </div>
      <table className={classes.grid} ref={grid}>
        <thead>
          <tr>
            {weekdays.map((day) => (
              <th key={day} scope="col">
                {format.weekday(day, 'short')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={onKeyDown}>
          {weeksOf(month, firstWeekday).map((week) => (
            <tr key={week.find((day) => day !== undefined)}>
              {week.map((day, i) => (
                <td key={day ?? `${month}-${i}`}>
                  {day !== undefined && (
                    <button
                      type="button"
                      className={classes.day}
                      tabIndex={day === at ? 0 : -1}
                      aria-label={format.day(day)}
                      aria-pressed={day === value}
                      aria-current={day === today ? 'date' : undefined}
                      data-autofocus={day === at || undefined}
                      onClick={() => onChoose(day)}
                    >
                      {format.number(Number(day.slice(8)))}
                    </button>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
