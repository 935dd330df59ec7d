import QRCode from 'qrcode';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { displayCode } from '../../shared/codes/display-code.ts';
import { generateCode } from '../../shared/codes/generate-code.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useScannerTest } from '../redeem/scanner-test.ts';
import { Action } from '../ui/action.tsx';
import { CodeText } from '../ui/code-text.tsx';
import layout from '../ui/form.module.css';
import { Notice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import { type Findings, findingsOf, type ScannedKey } from './scanner-findings.ts';
import classes from './settings.module.css';

/** A pause after which a scanner without a suffix has ended; longer than the slowest one rests between characters. */
const END_MS = 1_200;
const MAX_TRIES = 200;

/** Shows a code to scan, and says what the scanner sent: how fast, with which end, through which keyboard. */
export function ScannerCard() {
  const { t } = useTranslation();
  const [testing, setTesting] = useState(false);
  return (
    <Card title={t('scanner.title')} lead={t('scanner.lead')}>
      {testing ? (
        <ScannerTest onStop={() => setTesting(false)} />
      ) : (
        <Action size="l" onClick={() => setTesting(true)}>
          {t('scanner.start')}
        </Action>
      )}
    </Card>
  );
}

/** Letters that keyboards put elsewhere, so that another layout shows. */
function testCode(): string {
  const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
  let code = '';
  for (let i = 0; i < MAX_TRIES; i++) {
    code = generateCode({ kind: 'crockford', length: 10 }, random);
    if (/Y/.test(code) && /Z/.test(code)) break;
  }
  return code;
}

function ScannerTest({ onStop }: { onStop: () => void }) {
  const { t } = useTranslation();
  const [expected] = useState(testCode);
  const [findings, setFindings] = useState<Findings>();
  const area = useRef<HTMLDivElement>(null);

  useEffect(() => {
    area.current?.focus();
    useScannerTest.setState({ listening: true });
    let keys: ScannedKey[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      clearTimeout(timer);
      const found = findingsOf(keys, expected);
      keys = [];
      if (found !== undefined) setFindings(found);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      const isEnd = event.key === 'Enter' || event.key === 'Tab';
      // Without a scan before it, Tab and Enter are a person's.
      if (isEnd && keys.length === 0) return;
      if (!isEnd && [...event.key].length !== 1) return;
      event.preventDefault();
      keys = [...keys, { key: event.key, at: event.timeStamp }];
      clearTimeout(timer);
      if (isEnd) end();
      else timer = setTimeout(end, END_MS);
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => {
      useScannerTest.setState({ listening: false });
      window.removeEventListener('keydown', onKeyDown, { capture: true });
      clearTimeout(timer);
    };
  }, [expected]);

  return (
    <div ref={area} tabIndex={-1} className={layout.dialog}>
      <div className={classes.scanTest}>
        <TestSymbol text={expected} />
        <div aria-live="polite" data-testid="scanner-findings">
          {findings === undefined ? (
            <>
              <p>{t('scanner.scanThis')}</p>
              <CodeText>{displayCode(expected)}</CodeText>
            </>
          ) : (
            <FindingsList findings={findings} />
          )}
        </div>
      </div>
      {findings !== undefined && <Verdict findings={findings} />}
      <Action onClick={onStop}>{t('scanner.stop')}</Action>
    </div>
  );
}

function FindingsList({ findings }: { findings: Findings }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { text, msPerChar, suffix, layout } = findings;
  return (
    <dl className={classes.findings}>
      <dt>{t('scanner.text')}</dt>
      <dd>
        <CodeText>{text}</CodeText>
      </dd>
      <dt>{t('scanner.speed')}</dt>
      <dd>{t('scanner.msPerChar', { number: format.number(msPerChar) })}</dd>
      <dt>{t('scanner.suffix')}</dt>
      <dd>{t(`scanner.suffixes.${suffix}`)}</dd>
      <dt>{t('scanner.layout')}</dt>
      <dd>{t(`scanner.layouts.${layout}`)}</dd>
    </dl>
  );
}

function Verdict({ findings }: { findings: Findings }) {
  const { t } = useTranslation();
  if (findings.suffix === 'none') return <Notice tone="warn">{t('scanner.advice.none')}</Notice>;
  if (findings.layout === 'corrected') return <Notice tone="warn">{t('scanner.advice.layout')}</Notice>;
  if (findings.layout === 'unknown') return <Notice tone="info">{t('scanner.advice.other')}</Notice>;
  return <Notice tone="go">{t('scanner.advice.good')}</Notice>;
}

/** Black on white in both schemes: scanners read nothing else reliably. */
function TestSymbol({ text }: { text: string }) {
  const { t } = useTranslation();
  const { size, path } = useMemo(() => {
    const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
    let drawn = '';
    for (let y = 0; y < modules.size; y++) {
      for (let x = 0; x < modules.size; x++) if (modules.get(y, x)) drawn += `M${x} ${y}h1v1h-1z`;
    }
    return { size: modules.size, path: drawn };
  }, [text]);
  return (
    <svg
      className={classes.symbol}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={t('scanner.symbol')}
    >
      <path d={path} fill="currentcolor" shapeRendering="crispEdges" />
    </svg>
  );
}
