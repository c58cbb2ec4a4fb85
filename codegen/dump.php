<?php
/**
 * Loads the stubs and writes, as JSON, what Reflection sees of them: types, defaults as text, docs, flags, values.
 *
 * usage: php -n dump.php DIRECTORY
 *
 * A class is in DIRECTORY/NAME.stub.php, NAME without the leading `Swoole\` and with `/` between its parts. Of what Reflection cannot show:
 * the docblocks of global constants are read from constants.stub.php, and these tags from docblocks:
 *   @not-serializable          objects of the class cannot be serialised
 *   @implementation-alias NAME the method NAME of the same class, or CLASS::METHOD if both are static, or the function NAME, does the work
 *   @short-name                the function is left out with swoole.use_shortname=Off (as are aliases outside of Swoole\)
 */
declare(strict_types=1);

error_reporting(E_ALL);
set_error_handler(function (int $level, string $text, string $file, int $line) {
    throw new ErrorException($text, 0, $level, $file, $line);
});

$directory = rtrim($argv[1], '/');

spl_autoload_register(function (string $class) use ($directory) {
    $file = $directory . '/' . strtr(preg_replace('/^Swoole\\\\/', '', $class), '\\', '/') . '.stub.php';
    if (is_file($file)) {
        require_once $file;
    }
});

$files = [];
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator($directory, FilesystemIterator::SKIP_DOTS)) as $file) {
    if (str_ends_with($file->getPathname(), '.stub.php')) {
        $files[] = $file->getPathname();
    }
}
sort($files);

$before = ['classes' => [...get_declared_classes(), ...get_declared_interfaces()], 'functions' => get_defined_functions()['user']];
$constants_file = "$directory/constants.stub.php";
require_once $constants_file; // first: defaults elsewhere name them
foreach ($files as $file) {
    require_once $file;
}

$tag = fn(string|false $doc, string $name): ?string
    => $doc !== false && preg_match('/@' . $name . '\b[ \t]*([^\s*]*)/', $doc, $m) ? $m[1] : null;

// The words of a docblock, line by line.
$prose = fn(string|false $doc): string => $doc === false ? '' : trim(preg_replace('#^[ \t]*(/\*\*|\*/|\*)[ \t]?|[ \t]*\*/$#m', '', $doc));

$type = function (?ReflectionType $type): ?array {
    if ($type === null) {
        return null;
    }
    $parts = $type instanceof ReflectionUnionType ? $type->getTypes() : [$type];
    $builtin = $classes = [];
    foreach ($parts as $part) {
        if (!$part instanceof ReflectionNamedType) {
            throw new LogicException("the type $type has no form in arginfo yet");
        }
        $part->isBuiltin() ? $builtin[] = $part->getName() : $classes[] = $part->getName();
    }
    if ($type instanceof ReflectionNamedType && $type->allowsNull() && !in_array($type->getName(), ['null', 'mixed'], true)) {
        $builtin[] = 'null';
    }
    return ['builtin' => $builtin, 'classes' => $classes];
};

$literal = function (mixed $value): string {
    return match (true) {
        $value === null => 'null',
        $value === [] => '[]',
        is_array($value) => throw new LogicException('only [] can be the default of an array'),
        is_string($value) && preg_match('/[\x00-\x1f]/', $value) => '"' . addcslashes($value, "\0..\37\"\\$") . '"',
        is_string($value) => "'" . addcslashes($value, "'\\") . "'",
        default => var_export($value, true),
    };
};

$value = fn(mixed $v): array => match (true) {
    $v === null => ['type' => 'null'],
    is_bool($v) => ['type' => 'bool', 'value' => $v],
    is_int($v) => ['type' => 'int', 'value' => $v],
    is_float($v) => ['type' => 'float', 'value' => $v],
    is_string($v) => ['type' => 'string', 'value' => $v],
    default => throw new LogicException('a value of type ' . get_debug_type($v) . ' cannot be declared'),
};

$visibility = fn(ReflectionMethod|ReflectionProperty|ReflectionClassConstant $r): string
    => $r->isPublic() ? 'public' : ($r->isProtected() ? 'protected' : 'private');

$function = function (ReflectionFunctionAbstract $f) use ($type, $literal, $tag, $prose): array {
    $parameters = [];
    foreach ($f->getParameters() as $p) {
        $default = null;
        if ($p->isDefaultValueAvailable()) {
            $default = $p->isDefaultValueConstant() ? ltrim($p->getDefaultValueConstantName(), '\\') : $literal($p->getDefaultValue());
        }
        $parameters[] = [
            'name' => $p->getName(),
            'type' => $type($p->getType()),
            'default' => $default,
            'by_reference' => $p->isPassedByReference(),
            'variadic' => $p->isVariadic(),
        ];
    }
    return [
        'name' => $f->getName(),
        'parameters' => $parameters,
        'required' => $f->getNumberOfRequiredParameters(),
        'returns' => $type($f->getReturnType()),
        'returns_reference' => $f->returnsReference(),
        'alias' => $tag($f->getDocComment(), 'implementation-alias'),
        'doc' => $prose($f->getDocComment()),
    ];
};

$classes = $aliases = [];
foreach (array_diff([...get_declared_classes(), ...get_declared_interfaces()], $before['classes']) as $name) {
    $c = new ReflectionClass($name);
    if ($c->isInternal()) {
        continue;
    }
    if (strcasecmp($c->getName(), $name) !== 0) {
        $aliases[] = ['name' => $name, 'class' => $c->getName()];
        continue;
    }
    $own = fn(ReflectionMethod|ReflectionProperty|ReflectionClassConstant $r): bool => $r->getDeclaringClass()->getName() === $c->getName();
    $parent = $c->getParentClass() ?: null;
    $methods = [];
    foreach (array_filter($c->getMethods(), $own) as $m) {
        $methods[] = $function($m) + [
            'visibility' => $visibility($m), 'static' => $m->isStatic(), 'final' => $m->isFinal(), 'abstract' => $m->isAbstract(),
        ];
    }
    $properties = [];
    foreach (array_filter($c->getProperties(), $own) as $p) {
        $properties[] = [
            'name' => $p->getName(), 'visibility' => $visibility($p), 'static' => $p->isStatic(),
            'type' => $type($p->getType()), 'default' => $p->hasDefaultValue() ? $value($p->getDefaultValue()) : null,
        ];
    }
    $constants = [];
    foreach (array_filter($c->getReflectionConstants(), $own) as $k) {
        $constants[] = ['name' => $k->getName(), 'visibility' => $visibility($k), 'value' => $value($k->getValue())];
    }
    $interfaces = array_diff($c->getInterfaceNames(), $parent ? $parent->getInterfaceNames() : [], ['Traversable']);
    $classes[] = [
        'name' => $c->getName(),
        'parent' => $parent?->getName(),
        'interfaces' => array_values($interfaces),
        'interface' => $c->isInterface(), 'final' => $c->isFinal(), 'abstract' => $c->isAbstract() && !$c->isInterface(),
        'serializable' => $tag($c->getDocComment(), 'not-serializable') === null,
        'dynamic_properties' => $c->getAttributes('AllowDynamicProperties') !== [],
        'constants' => $constants, 'properties' => $properties, 'methods' => $methods,
        'doc' => $prose($c->getDocComment()),
    ];
}

$functions = [];
foreach (array_diff(get_defined_functions()['user'], $before['functions']) as $name) {
    $f = new ReflectionFunction($name);
    $functions[] = $function($f) + ['short' => $tag($f->getDocComment(), 'short-name') !== null];
}

$constants = [];
preg_match_all('#/\*\*((?:(?!\*/).)*)\*/\s*const (\w+)#s', file_get_contents($constants_file), $docs, PREG_SET_ORDER);
$docs = array_column($docs, 1, 2);
foreach (get_defined_constants(true)['user'] as $name => $v) {
    if (!isset($docs[$name])) {
        throw new LogicException("the constant $name has no docblock");
    }
    $constants[] = ['name' => $name, 'value' => $value($v), 'doc' => $prose("/**$docs[$name]*/")];
}

echo json_encode(
    ['files' => $files, 'classes' => $classes, 'aliases' => $aliases, 'functions' => $functions, 'constants' => $constants],
    JSON_THROW_ON_ERROR | JSON_PRETTY_PRINT | JSON_PRESERVE_ZERO_FRACTION | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE,
), "\n";
