import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './dialog.module.css';

type DialogProps = {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly size?: 'md' | 'lg';
  readonly children: ReactNode;
};

/** One question or one list in front of the screen. Esc and a touch beside it close it. */
export function Dialog({ open, onClose, title, size = 'md', children }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={open}
      onClose={onClose}
      title={title}
      size={size}
      padding="xl"
      classNames={{ title: classes.title, header: classes.header }}
      closeButtonProps={{ 'aria-label': t('common.close'), size: 48, iconSize: 24 }}
    >
      {children}
    </Modal>
  );
}
