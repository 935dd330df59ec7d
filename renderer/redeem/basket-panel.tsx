import { Menu } from '@mantine/core';
import { IconArrowBackUp, IconCheck, IconChevronDown, IconPlus, IconUser, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient, useQuery } from '../api/use-client.ts';
import { minorDigits } from '../i18n/format.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import hidden from '../ui/hidden.module.css';
import { Keypad } from '../ui/keypad.tsx';
import { entryMinor } from './amount-entry.ts';
import { type Item, itemMinor } from './basket.ts';
import classes from './basket-panel.module.css';
import { useCustomerDialog } from './customer-dialog.tsx';
import { QuickKeys } from './quick-keys.tsx';
import { useRedeem } from './redeem-store.ts';

/** Channels that a counter takes redemptions for; a web shop speaks to the centre itself. */
const counterChannels = ['pos', 'phone', 'email', 'partner'] as const;

export function BasketPanel() {
  const { t } = useTranslation();
  const format = useFormat();
  const items = useRedeem((redeem) => redeem.items);
  const entry = useRedeem((redeem) => redeem.entry);
  const phase = useRedeem((redeem) => redeem.phase);
  const lost = useRedeem((redeem) => redeem.lost);
  const { type, addItem, removeItem, clear } = useRedeem.getState();
  const entered = entryMinor(entry, minorDigits(format.currency));
  const totalMinor = items.reduce((sum, item) => sum + itemMinor(item), 0) + entered;
  const { data } = useQuery('quickKeys.list', {}, ['catalogue.changed']);
  const quickKeys = data?.keys ?? [];
  const [chosen, setWay] = useState<Way>('articles');
  const way = quickKeys.length === 0 ? 'amount' : chosen;
  const list = useRef<HTMLOListElement>(null);

  // The newest item is the one that was just rung up.
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when an item was added
  useEffect(() => {
    if (list.current !== null) list.current.scrollTop = list.current.scrollHeight;
  }, [items.length]);

  return (
    <section
      className={classes.panel}
      aria-labelledby="basket-title"
      data-done={phase === 'done' || undefined}
    >
      <header className={classes.header}>
        <h2 id="basket-title" className={classes.title}>
          {t('redeem.basket')}
        </h2>
        <ChannelMenu />
        <CustomerButton />
      </header>

      <div className={classes.total}>
        <span className={classes.totalLabel}>{t('redeem.total')}</span>
        <output
          className={classes.totalDigits}
          data-empty={totalMinor === 0 || undefined}
          data-testid="basket-total"
        >
          {format.money(totalMinor)}
        </output>
      </div>

      {items.length === 0 ? (
        <div className={classes.hint}>
          {lost === undefined ? <p>{t('redeem.basketHint')}</p> : <BringBack text={t('redeem.bringBack')} />}
        </div>
      ) : (
        <ol className={classes.items} ref={list}>
          {items.map((item, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an item is its place in the list
            <li key={i}>
              <ItemName item={item} number={i + 1} />
              <span className={classes.itemAmount}>{format.money(itemMinor(item))}</span>
              <button
                type="button"
                className={classes.remove}
                aria-label={t('redeem.removeItem', { number: i + 1 })}
                onClick={() => removeItem(i)}
              >
                <IconX size={18} aria-hidden="true" />
              </button>
            </li>
          ))}
          {entered > 0 && (
            <li data-open>
              <span>{t('redeem.item', { number: items.length + 1 })}</span>
              <span className={classes.itemAmount}>{format.money(entered)}</span>
            </li>
          )}
          {lost !== undefined && (
            <li data-open>
              <BringBack text={t('redeem.bringBackItem')} />
            </li>
          )}
        </ol>
      )}

      {quickKeys.length > 0 && <WaySwitch way={way} onWay={setWay} />}
      {way === 'articles' ? (
        <QuickKeys keys={quickKeys} onKey={(article) => useRedeem.getState().addArticle(article)} />
      ) : (
        <Keypad onKey={type} extra="00" />
      )}
      <div className={classes.actions}>
        <Action
          size="l"
          wide
          icon={<IconPlus size={20} />}
          hint="+"
          onClick={addItem}
          disabled={entered === 0}
        >
          {t('redeem.addItem')}
        </Action>
        <Action size="l" wide tone="quiet" hint="Esc" onClick={() => clear()}>
          {t('redeem.clear')}
        </Action>
      </div>
    </section>
  );
}

/** What was cleared or removed last is one press away until somebody goes on. */
function BringBack({ text }: { text: string }) {
  const client = useClient();
  return (
    <Action
      icon={<IconArrowBackUp size={20} />}
      hint="Ctrl Z"
      onClick={() => void useRedeem.getState().bringBack(client)}
    >
      {text}
    </Action>
  );
}

const ways = ['articles', 'amount'] as const;
type Way = (typeof ways)[number];

/** Articles by quick key, or amounts by keypad; the keyboard's digits always are an amount. */
function WaySwitch({ way, onWay }: { way: Way; onWay: (way: Way) => void }) {
  const { t } = useTranslation();
  return (
    <div className={classes.ways} role="tablist" aria-label={t('redeem.ways.label')}>
      {ways.map((one) => (
        <button
          key={one}
          type="button"
          role="tab"
          className={classes.way}
          aria-selected={one === way}
          onClick={() => onWay(one)}
        >
          {t(`redeem.ways.${one}`)}
        </button>
      ))}
    </div>
  );
}

function ItemName({ item, number }: { item: Item; number: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (item.article === undefined) return <span>{t('redeem.item', { number })}</span>;
  return (
    <span className={classes.itemName}>
      {item.qty > 1 && <strong>{t('redeem.times', { number: format.number(item.qty) })}</strong>}{' '}
      {item.article.name}
    </span>
  );
}

function ChannelMenu() {
  const { t } = useTranslation();
  const channel = useRedeem((redeem) => redeem.channel);
  const { setChannel } = useRedeem.getState();
  return (
    <Menu position="bottom-end" width={220} returnFocus={false}>
      <Menu.Target>
        <button
          type="button"
          className={classes.chip}
          data-set={channel !== 'pos' || undefined}
          aria-label={t('redeem.channel', { channel: t(`channels.${channel}`) })}
        >
          {t(`channels.${channel}`)}
          <IconChevronDown size={16} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {counterChannels.map((one) => (
          <Menu.Item
            key={one}
            className={classes.option}
            rightSection={one === channel ? <IconCheck size={18} aria-hidden="true" /> : undefined}
            onClick={() => setChannel(one)}
          >
            {t(`channels.${one}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function CustomerButton() {
  const { t } = useTranslation();
  const customer = useRedeem((redeem) => redeem.customer);
  return (
    <button
      type="button"
      className={classes.chip}
      data-set={customer !== undefined || undefined}
      aria-keyshortcuts="F4"
      onClick={() => useCustomerDialog.setState({ open: true })}
    >
      <IconUser size={18} aria-hidden="true" />
      <span className={hidden.hidden}>
        {customer === undefined ? t('customer.name') : t('customer.named')}
      </span>
      {customer === undefined ? (
        <span className={classes.chipText} aria-hidden="true">
          F4
        </span>
      ) : (
        <span className={classes.chipText}>{customer.value}</span>
      )}
    </button>
  );
}
